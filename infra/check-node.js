const REQUIRED = 24

// Plain JavaScript in an old dialect on purpose: the Node that has to be refused must be able to read it.
if (Number(process.versions.node.split('.')[0]) < REQUIRED) {
  console.error(
    `certbound needs Node ${REQUIRED} or newer, this is Node ${process.versions.node}.\n` +
      'On Linux (x64, arm64) `npm ci` brings one along for the scripts, unless optional dependencies are omitted;\n' +
      'on other systems install Node 24 first.',
  )
  process.exit(1)
}
