"""Other people's models as `privet.ports.span_model.SpanModel`; each library is an extra."""
