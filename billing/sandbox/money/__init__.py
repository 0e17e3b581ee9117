"""How money moves inside the sandbox: movements (balance transactions), payments, refunds, transfers, payouts, disputes."""
