@rem npm runs scripts in this shell on Windows, which has no exec: package.json, "start".
@%*
