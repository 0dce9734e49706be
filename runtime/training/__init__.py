"""The training of the bundled model: random films, their clips, and the fit."""
