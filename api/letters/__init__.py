"""Letters (文书): what each says, how it is set, and how an issued one is made again."""
