"""The stable codes of what a policy finds, and what each means."""

CODES: dict[str, str] = {
    "P001": "something that the policy refuses to make",
    "P002": "something that the policy warns of",
    "P003": "something that the policy makes only with a visible label",
}
