"""What e-mails are written with: the language of templates, and HTML that is safe to show. Pure."""
