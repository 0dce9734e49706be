"""A film on one page: stills, plan from above, curves, prompts, timing, takes."""
