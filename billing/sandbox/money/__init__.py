"""How money moves inside the sandbox: movements (balance transactions) and all that makes them."""
