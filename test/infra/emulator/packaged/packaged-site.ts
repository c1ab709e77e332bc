import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findJava, startDynamoDbLocal } from '../../../../infra/emulator/dynamodb-local.ts'
import { findLambdaRuntime } from '../../../../infra/emulator/lambda-runtime.ts'
import type { Packaged } from '../../../../infra/emulator/lambda/packaged-functions.ts'
import { builtFunctions } from '../../../support/built-functions.ts'
import type { AnyWalk, TestClient } from '../../../support/walk.ts'
import { type CuttingProxy, startCuttingProxy } from '../../../support/cutting-proxy.ts'
import { type LocalSite, localSite } from '../../examples/authorization-server/local-site.ts'
import { type Authority, makeAuthority, vector } from '../tls-client.ts'
import { packagedTemplate } from '../../aws/packaged-template.ts'

export interface PackagedSite extends LocalSite {
  /** The proxy between the functions and DynamoDB Local. */
  readonly proxy: CuttingProxy
  /** A CA in the truststore, besides those of test/vectors and of the site itself. */
  readonly authority: Authority
  readonly packaged: Packaged
  /** Every line that a function has written, with its name. */
  readonly lines: { readonly name: string; readonly line: string }[]
}

/** A packaged site, and a walk over real connections to it with a client that authenticates and whose tokens are bound. */
export interface WalkedSite {
  readonly site: PackagedSite
  readonly walk: AnyWalk
  readonly client: TestClient
}

/** Lists the needs of the packaged functions that this machine lacks. */
export async function missingHere(): Promise<string[]> {
  const needed = [
    ['Java 17 or later for DynamoDB Local', findJava()],
    ['compiled runtime client of Lambda (npm run lambda-runtime)', await findLambdaRuntime()],
  ] as const
  return needed.flatMap(([name, found]) => (found === undefined ? [name] : []))
}

export interface Project extends Pick<Packaged, 'template' | 'archives'> {
  readonly remove: () => Promise<void>
}

/** Archives and template of this project in a folder, as `npm run package` makes them. */
export async function packageProject(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'certbound-packaged-'))
  const archives = join(folder, 'dist')
  await symlink(await builtFunctions(), archives)
  // Tests see a changed service at once, and send requests to the plain domain that it must refuse.
  const { text } = await packagedTemplate({ stage: 'dev', registryCacheSeconds: 0, mtlsOnly: false })
  const template = join(folder, '.serverless/cloudformation-template-update-stack.json')
  await mkdir(dirname(template))
  await writeFile(template, text)
  return { archives, template, remove: () => rm(folder, { recursive: true }) }
}

/** Everything that `npm start -- --packaged` starts, over DynamoDB Local, with further CAs in the truststore. */
export async function packagedSite({ template, archives }: Project): Promise<PackagedSite> {
  const folder = await mkdtemp(join(tmpdir(), 'certbound-truststore-'))
  const lines: { name: string; line: string }[] = []
  const packaged = {
    ...{ template, archives },
    client: (await findLambdaRuntime()) ?? '',
    onLine: (line: string, name: string) => lines.push({ name, line }),
  }
  const authority = await makeAuthority('Packaged Test CA')
  const truststore = join(folder, 'truststore.pem')
  const pems = [vector('ca-root'), vector('ca-issuing'), String(authority.certificate)]
  await writeFile(truststore, pems.join(''))

  const engine = await startDynamoDbLocal()
  const proxy = await startCuttingProxy(engine.endpoint)
  const closeEngine = async () => {
    await proxy.close()
    await engine.close()
  }
  const site = await localSite({
    packaged,
    truststore,
    engine: { endpoint: proxy.endpoint, close: closeEngine },
  })
  const close = async () => {
    await site.close()
    await rm(folder, { recursive: true })
  }
  return { ...site, proxy, authority, packaged, lines, close }
}
