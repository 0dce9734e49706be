"""How films come in, and how they live in a repository: screenplays, storyboards, film folders, git."""
