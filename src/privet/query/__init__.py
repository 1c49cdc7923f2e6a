"""Questions in SQL, answered under differential privacy: plan, rewrite, noise, answer.

`prepare` reads the query and says what it costs before any row is touched; `measure` lets an engine
compute bounded whole numbers; `answer` adds the noise and all that follows from it.
"""
