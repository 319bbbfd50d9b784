"""Letters: rows of an outbox, written in the transaction of what they tell, sent by the worker; and the clock's jobs."""
