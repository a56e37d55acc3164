"""`tandem demo`: the suite shown at work, through the gateway as any client would use it."""
