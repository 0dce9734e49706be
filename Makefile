# Each target sets up .venv by itself; what is done is not done again.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
SOURCE := $(shell find grammar compiler runtime scenelang -name '*.py' -o -name '*.lark' -o -name '*.j2' 2>/dev/null)

.PHONY: film test train train-small train-upscale obedience bench bench-finish bench-mark bench-language schema tables vocabulary lowering clean

film: out/tokyo.mp4
	@echo "the film: $<"

out/tokyo.mp4: $(READY) examples/tokyo.scene $(SOURCE)
	$(BIN)/scenelang render examples/tokyo.scene -o $@

test: $(READY)
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

# the bundled model: ten minutes, or hours; stopped at any time, it goes on when it is called again
train-small: $(READY)
	$(BIN)/python -m scenelang.runtime.training small

train: $(READY)
	$(BIN)/python -m scenelang.runtime.training full

# the upscaler; renders what it learns from beside it: `make train-upscale ARGS="--minutes 8 --device cuda"`
train-upscale: $(READY)
	$(BIN)/python -m scenelang.runtime.training.upscale $(ARGS)

# does a finished film show what its file says? `make obedience ARGS="--model FOLDER"`
obedience: $(READY)
	$(BIN)/python -m tests.bench.obedience $(ARGS)

bench: $(READY)
	$(BIN)/python -m tests.bench

# the upscaler against bicubic, optical flow against blending, on films that no training saw
bench-finish: $(READY)
	$(BIN)/python -m tests.bench.upscale $(ARGS)

# how well the invisible mark is read, by attack: 300 windows and 10,000 without a mark, an hour; goes on where it was
bench-mark: $(READY)
	mkdir -p out
	$(BIN)/python -m tests.bench.mark --log out/mark.jsonl --segments 18
	$(BIN)/python -m tests.bench.mark --log out/mark.jsonl --segments 1 --sizes 1280x720
	$(BIN)/python -m tests.bench.mark --log out/mark.jsonl --segments 1 --models maquette --sizes 640x360,1280x720 --films tokyo,letter,monster,harbour,flame
	$(BIN)/python -m tests.bench.mark --log out/mark.jsonl --segments 0 --noise 9600

# how fast films are read and checked, against usd-core and PyYAML
bench-language: $(READY)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m tests.bench.language $(ARGS)

$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) out build *.egg-info

# the published JSON Schemas; tests say when they must be written again
schema: $(READY)
	$(BIN)/python -c "import json; from scenelang.compiler.plan import Plan; print(json.dumps(Plan.model_json_schema(by_alias=True), indent=1))" > docs/plan.schema.json
	$(BIN)/python -c "import json; from scenelang.interchange.storyboard_model import Storyboard; print(json.dumps(Storyboard.model_json_schema(by_alias=True), indent=1))" > docs/storyboard.schema.json
	$(BIN)/python -c "import json; from scenelang.interchange.difference import Difference; print(json.dumps(Difference.model_json_schema(by_alias=True, mode='serialization'), indent=1))" > docs/diff.schema.json

# the grammar's tables, likewise
tables: $(READY)
	PYTHONHASHSEED=0 $(BIN)/python -m scenelang.grammar.tables

# the vocabulary page of the reference, likewise
vocabulary: $(READY)
	$(BIN)/python -c "from scenelang.grammar.reference import vocabulary_page; print(vocabulary_page(), end='')" > docs/vocabulary.md

# what each model makes of the reference films, likewise
lowering: $(READY)
	$(BIN)/python tests/lowering_table.py
