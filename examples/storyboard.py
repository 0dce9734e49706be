"""A storyboard made by a program: the same scene from four angles, text to film.

Run it with a name to render it:  python examples/storyboard.py storyboard.mp4
Without one it prints the film as text.
"""

import sys

import scenelang as sl

film = sl.Film(
    "Four ways to see a duel", size=(960, 540), fps=24, seed=21, look="spaghetti western, dust, heat"
)
yard = film.place("yard", "a dusty field at dusk")
kate = film.character("kate", "a woman in a long brown coat and a black hat")
doc = film.character("doc", "an old man in a grey coat, white beard")

duel = film.scene("duel", "EXT. YARD - DUSK", place=yard)
duel.block(kate, at=(-2.5, 0), facing=doc)
duel.block(doc, at=(2.5, 0), facing=kate)
duel.axis(kate, doc)
duel.light("sun", role="key", from_="left 60deg", height="10deg", temperature="3000K")
duel.particles("dust", density="60%", wind="right 2m/s")

takes = [
    ("wide", "low", "28mm", sl.dolly_in("1m"), kate),
    ("medium", "eye-level", "50mm", sl.truck_right("0.6m"), kate),
    ("close-up", "low", "85mm", sl.push_in("0.2m"), doc),
    ("full", "high", "35mm", sl.crane_up("1.5m"), doc),
]
for number, (size, angle, lens, move, subject) in enumerate(takes, start=1):
    shot = duel.shot(f"d{number:02}0", sl.seconds(2), title=f"{size} on {subject.name}")
    shot.frame(size, on=subject).angle(angle).lens(lens, "f/4")
    shot.camera.move(move, ease="in-out")
    if number == 1:
        shot.act("0s..2s", kate, "walks toward doc 1m", "spurs ringing")
    if number == 3:
        shot.says("0s..2s", doc, "You came back.")
    if number == 4:
        shot.act("0s..", doc, "kneels")
film.fade_out("12f")

if __name__ == "__main__":
    for finding in film.check():
        print(finding, file=sys.stderr)
    if len(sys.argv) > 1:
        print(film.render(sys.argv[1]).output)
    else:
        print(film, end="")
