"""The rules of inference: each checks that its conclusion follows, and says on which evidence."""
