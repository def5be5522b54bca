"""Twenty networks drawn at random: links with one and two latents, one to four neurons, three losses, with and without weight decay.

    python3 results/networks/draw.py        prints one experiment after the other, each a line of TOML's inline form

The seed was chosen before anything was computed, and never changed.
"""

import random

random.seed(20)

# links whose labels are real numbers, with easy, with hard, and with both kinds of directions
LINKS = [
    "z1^2",
    "1.5*tanh(z1^2 - 1)",
    "abs(z1)",
    "He3(z1)/2",
    "cos(2*z1)",
    "z1 + 0.5*z1^2",
    "tanh(z1)",
    "z1*z2",
    "tanh(z1*z2)",
    "z1^2 - z2^2",
    "z1 + z2^2",
    "tanh(z1) + 1.5*tanh(z2^2 - 1)",
    "z1*abs(z2)",
]
# links whose labels are signs, for the logistic loss
SIGNS = ["sign(abs(z1) - 0.7)", "sign(z1*z2)", "sign(z1)", "sign(z1^2 - z2^2)"]
ACTIVATIONS = ["gelu", "softplus", "tanh", "erf", "sqrt(1+u^2) - 1 + 0.2*u", "silu"]
LOSSES = ["square", "pseudo-huber", "logistic"]


def network(number: int) -> str:
    loss = LOSSES[number % 3]
    link = random.choice(SIGNS if loss == "logistic" else LINKS)
    neurons = 1 + number % 4
    readout = [random.choice([-1.0, 1.0]) * random.choice([0.5, 1.0]) for _ in range(neurons)]
    decay = random.choice([0.0, 0.0, 0.02, 0.1])
    width = random.choice([0.3, 0.5, 1.0])
    return (
        f'target = {{ link = "{link}" }}\n'
        f'network = {{ activation = "{random.choice(ACTIVATIONS)}", readout = {readout} }}\n'
        f'loss = {{ kind = "{loss}" }}\n'
        f"training = {{ step_size = 0.3, steps = 40, init_std = {width}, weight_decay = {decay} }}"
    )


if __name__ == "__main__":
    for number in range(20):
        print(network(number).replace("\n", "; "))
