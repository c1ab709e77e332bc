import { relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { findLambdaRuntime } from './lambda-runtime.ts'
import { curlWalk } from './curl-walk.ts'
import type { Packaged } from './lambda/packaged-functions.ts'
import { writeLocalFile } from './local-file.ts'
import { startSite } from './site.ts'

const HELP = `certbound on this machine: npm start -- [options]

  --mtls-port PORT            the mutual-TLS domain (8443)
  --api-port PORT             the plain domain with the Web API (8080)
  --front-end-port PORT       an authorization server in front of it: login and consent pages; and a demo client (8081)
  --front-end-mtls-port PORT  its token endpoint, mutual TLS (8444)
  --resource-port PORT        a resource server, mutual TLS (8445)
  --library-port PORT         a resource server that uses certbound/resource-server, mutual TLS (8446)
  --truststore FILE           PEM bundle of further CAs (or self-signed client certificates) to be trusted
  --data DIR                  keep the data there between runs (in memory otherwise)
  --packaged                  run what \`npm run package\` has made, each function a process under Lambda's runtime client
  --directory DIR             development certificates and local.json (.certbound)
  --help

A port of 0 takes a free one. Ctrl-C stops it.`

const OPTIONS = {
  'mtls-port': { type: 'string', default: '8443' },
  'api-port': { type: 'string', default: '8080' },
  'front-end-port': { type: 'string', default: '8081' },
  'front-end-mtls-port': { type: 'string', default: '8444' },
  'resource-port': { type: 'string', default: '8445' },
  'library-port': { type: 'string', default: '8446' },
  truststore: { type: 'string' },
  data: { type: 'string' },
  packaged: { type: 'boolean', default: false },
  directory: { type: 'string', default: '.certbound' },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS, strict: true })
  if (values.help) {
    console.log(HELP)
    return
  }
  const directory = resolve(values.directory)
  const site = await startSite({
    mtlsPort: port(values, 'mtls-port'),
    apiPort: port(values, 'api-port'),
    frontEndPorts: {
      pages: port(values, 'front-end-port'),
      tokenEndpoint: port(values, 'front-end-mtls-port'),
      resourceServer: port(values, 'resource-port'),
    },
    libraryPort: port(values, 'library-port'),
    directory,
    truststore: values.truststore,
    dataDirectory: values.data,
    logLevel: 'info',
    packaged: values.packaged ? await packagedHere() : undefined,
  })
  const local = await writeLocalFile(site, directory)
  console.log(curlWalk(local, (file) => relative('.', file)))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void site.close().then(() => console.log('stopped')))
  }
}

/** @throws Error with one line for the user */
async function packagedHere(): Promise<Packaged> {
  const client = await findLambdaRuntime()
  if (client === undefined) {
    throw new Error("--packaged needs AWS's Lambda runtime client: npm run lambda-runtime compiles it")
  }
  const template = resolve('.serverless/cloudformation-template-update-stack.json')
  return { client, template, archives: resolve('dist'), onLine: (line) => console.log(line) }
}

function port<Option extends string>(values: Readonly<Record<Option, string>>, option: Option): number {
  const text = values[option]
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw new Error(`--${option} wants a port, 0 to 65535`)
  return Number(text)
}

main().catch((error: unknown) => {
  console.error(`certbound: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
})
