"""What an operator should know of a station before it matters: each file looks at one thing.

Nothing here writes, and nothing shows a secret. It works beside a station that runs, without one,
and while the database or the broker is away."""
