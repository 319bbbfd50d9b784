"""The auditor's desk: what changed since the last visit, verifications, samples, audit packs. It changes nothing below it."""
