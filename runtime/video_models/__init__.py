"""The big open video models, through diffusers; one file a family says what it maps and how."""
