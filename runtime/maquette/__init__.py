"""Maquette: the bundled model, a small video diffusion transformer that the file drives."""
