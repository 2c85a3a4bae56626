"""The routes of the JSON API, one file per noun. A handler that grows a branch belongs elsewhere."""
