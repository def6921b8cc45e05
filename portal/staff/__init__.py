"""What only support may ask and do."""
