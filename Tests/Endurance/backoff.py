"""The waits of a stock client between its attempts to come back."""


class Backoff:
    """`reconnectionDelay`, `reconnectionDelayMax` and `randomizationFactor` of socket.io-client, in seconds."""

    def __init__(self, rng, shortest=1.0, longest=5.0, jitter=0.5):
        self.rng, self.shortest, self.longest, self.jitter = rng, shortest, longest, jitter
        self.attempts = 0

    def reset(self):
        self.attempts = 0

    def next(self):
        wait = self.shortest * 2 ** min(self.attempts, 30)
        self.attempts += 1
        wait *= 1 + self.jitter * self.rng.uniform(-1, 1)
        return min(wait, self.longest)
