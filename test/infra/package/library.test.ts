import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto'
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildLibrary } from '../../../infra/package/build-library.ts'
import { jws } from '../../support/forged-tokens.ts'
import { certificatePem } from '../../support/vectors.ts'

const ROOT = join(import.meta.dirname, '../../..')
const LIBRARY = 'shared/resource-server'
const NAME = '@certbound/resource-server'

const read = (...path: string[]) => readFileSync(join(...path), 'utf8')
const manifest = JSON.parse(read(ROOT, LIBRARY, 'package.json')) as {
  version: string
  exports: object
  dependencies?: object
}
const exported = Object.keys(manifest.exports).map((path) => `${NAME}${path.slice(1)}`)

let folder: string
/** A project that has installed the library. */
let user: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'certbound-library-'))
  const packing = copyWorkspace('packing')
  await buildLibrary(packing)
  npm(packing, 'pack', '-w', NAME)
  user = join(folder, 'user')
  mkdirSync(user)
  writeFileSync(join(user, 'package.json'), '{"type":"module"}')
  const archive = join(packing, `dist/library/certbound-resource-server-${manifest.version}.tgz`)
  npm(user, 'install', '--offline', archive)
  provideFrameworks()
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The files of the project that `npm pack` reads, in a folder without a build. */
function copyWorkspace(name: string): string {
  const copy = join(folder, name)
  mkdirSync(join(copy, LIBRARY), { recursive: true })
  const files = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'].map((file) => `${LIBRARY}/${file}`)
  for (const file of ['package.json', '.npmrc', '.gitignore', ...files])
    cpSync(join(ROOT, file), join(copy, file))
  return copy
}

/** The frameworks of the samples and Node's types, above the project: its node_modules stays as npm made it. */
function provideFrameworks(): void {
  mkdirSync(join(folder, 'node_modules'))
  for (const name of ['express', 'fastify', 'hono', '@types']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  }
}

/** Runs npm as in a shell, without the settings that `npm test` passes on to its scripts. */
function npm(cwd: string, ...args: string[]): void {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))
  execFileSync('npm', args, { cwd, env, stdio: 'pipe' })
}

function run(name: string, text: string, env = {}): string {
  writeFileSync(join(user, name), text)
  return execFileSync(process.execPath, [name], { cwd: user, env }).toString()
}

test('npm pack fails until the library is built', () => {
  const unbuilt = copyWorkspace('unbuilt')
  expect(() => npm(unbuilt, 'pack', '-w', NAME)).toThrow(/ENOENT.*dist\/library/)
})

describe('the installed library', () => {
  const installed = (pattern: string) => globSync(pattern, { cwd: join(user, 'node_modules') }).toSorted()

  test('an installation adds the library only, no commands, and less than 250 kB', () => {
    expect(installed('{*,@*/*}/package.json')).toEqual([`${NAME}/package.json`])
    expect(installed('**/.bin/*')).toEqual([])
    const files = installed('**').map((path) => statSync(join(user, 'node_modules', path)))
    const bytes = files.reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0)
    expect(bytes).toBeLessThan(250_000)
  })

  test('the archive holds built modules, their types, documents, and the license of the project', () => {
    const names = installed(`${NAME}/**/*.*`).map((path) => path.slice(NAME.length + 1))
    const documents = names.filter((name) => !/^dist\/[\w-]+\.(js|d\.ts)$/.test(name))
    expect(documents).toEqual(['CHANGELOG.md', 'README.md', 'package.json'])
    expect(read(user, 'node_modules', NAME, 'LICENSE')).toBe(read(ROOT, 'LICENSE'))
  })

  test('the built modules import only Node', () => {
    const code = installed(`${NAME}/dist/*.js`).map((path) => read(user, 'node_modules', path))
    const imports = code.flatMap((text) => [...text.matchAll(/(?:from |import ?\(?)"([^".][^"]*)"/g)])
    const packages = imports.map(([, name]) => name).filter((name) => !name?.startsWith('node:'))
    expect(packages).toEqual([])
    expect(manifest.dependencies).toBeUndefined()
  })

  test('every export loads by import and by require, as the same module', () => {
    const script = `import { createRequire } from 'node:module'
      const require = createRequire(import.meta.url)
      for (const path of ${JSON.stringify(exported)}) console.log(require(path) === (await import(path)))`
    expect(run('load.mjs', script)).toBe('true\n'.repeat(exported.length))
  })

  test('modules that are not exported cannot be imported', () => {
    const script = `import('${NAME}/dist/node.js').catch(({ code }) => console.log(code))`
    expect(run('past.mjs', script)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n')
  })
})

/** A token that is bound to the certificate of `holder`. */
function boundToken() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const options = { issuer: 'https://as.example.com', audience: 'https://rs.example.com' }
  const now = Math.floor(Date.now() / 1000)
  const [holder, thief] = [certificatePem('client-ec-p256'), certificatePem('client-other')]
  const { raw } = new X509Certificate(holder)
  const claims = {
    ...{ iss: options.issuer, aud: options.audience, sub: 's', client_id: 'c', jti: 'j', scope: 'read' },
    ...{ iat: now, exp: now + 60, cnf: { 'x5t#S256': createHash('sha256').update(raw).digest('base64url') } },
  }
  const jwks = { keys: [publicKey.export({ format: 'jwk' })] }
  const token = jws({ alg: 'ES256', typ: 'at+jwt' }, claims, privateKey)
  return { options: { ...options, jwks }, token, holder, thief }
}

test('the adapters serve the holder of a bound token and refuse others, in JavaScript', () => {
  const output = run(
    'adapters.mjs',
    `import { protectedResource } from '@certbound/resource-server'
     import { requireToken, tokenOf } from '@certbound/resource-server/express'
     import { tokenOf as onFastify } from '@certbound/resource-server/fastify'
     const { options, token, holder, thief } = ${JSON.stringify(boundToken())}
     const check = requireToken(protectedResource(options), 'read')
     const answer = { writeHead: (status) => console.log(status), end: (body) => console.log(body) }
     for (const certificate of [holder, thief]) {
       const socket = { authorized: true, getPeerX509Certificate: () => certificate }
       const request = { rawHeaders: ['Authorization', 'Bearer ' + token], socket }
       await check(request, answer, () => console.log(tokenOf(request).subject, onFastify(request).clientId))
     }`,
  )
  expect(output).toBe('s c\n401\n{"error":"invalid_token"}\n')
})

/** A user's module in strict TypeScript, which Node runs as it is. */
const TYPED = `import { type Decision, protectedResource, type ProtectedResourceOptions } from '@certbound/resource-server'
${exported.map((path) => `import type {} from '${path}'`).join('\n')}
interface Given { readonly options: ProtectedResourceOptions; readonly token: string; readonly holder: string; readonly thief: string }
const { options, token, holder, thief }: Given = JSON.parse(process.env['GIVEN'] ?? '')
const decide = protectedResource(options)(['read'])
const inWords = (decision: Decision): string =>
  decision.allowed ? decision.token.scopes.join(' ') : \`\${decision.status} \${decision.reason}\`
for (const certificate of [holder, thief, undefined]) {
  console.log(inWords(await decide({ rawHeaders: ['authorization', \`Bearer \${token}\`], certificate })))
}
`

test('a check decides by the certificate, in TypeScript', () => {
  const output = run('typed.ts', TYPED, { GIVEN: JSON.stringify(boundToken()) })
  expect(output).toBe('read\n401 certificate-differs\n401 certificate-missing\n')
})

describe('the types of the library', () => {
  const texts = ['docs/resource-servers.md', 'docs/edges.md', `${LIBRARY}/README.md`].map((file) =>
    read(ROOT, file),
  )
  const samples = texts.flatMap((text) => [...text.matchAll(/^```js\n\/\/ ([\w-]+\.mjs)\n(.*?)^```$/gms)])
  beforeAll(() => {
    for (const [, name = '', code = ''] of samples) writeFileSync(join(user, name), code)
    writeFileSync(join(user, 'typed.ts'), TYPED)
    writeFileSync(join(user, 'wrong.ts'), TYPED.replace('token.scopes', 'token.scope'))
  })

  test('the documents have a named sample for each export, and no other code', () => {
    expect(samples).toHaveLength(texts.join('').split('```js\n').length - 1)
    for (const path of exported) expect(samples.join('')).toContain(`'${path}'`)
  })

  const WRONG = expect.stringMatching(/^wrong.ts: Property 'scope' does not exist/) as string

  test('with moduleResolution nodenext, strict TypeScript accepts right use and every sample, and refuses wrong use', () => {
    const files = ['typed.ts', 'wrong.ts', ...samples.map(([, name = '']) => name)]
    expect(complaints(files, { module: ts.ModuleKind.NodeNext })).toEqual([WRONG])
  })

  test('with moduleResolution bundler, strict TypeScript accepts right use and refuses wrong use', () => {
    const options = { module: ts.ModuleKind.Preserve, moduleResolution: ts.ModuleResolutionKind.Bundler }
    expect(complaints(['typed.ts', 'wrong.ts'], options)).toEqual([WRONG])
  })
})

/** The complaints of a user's compiler about these files and the types of the library. */
function complaints(files: readonly string[], options: ts.CompilerOptions): string[] {
  const paths = files.map((file) => join(user, file))
  const program = ts.createProgram(paths, {
    ...{ strict: true, noEmit: true, allowJs: true, checkJs: true, lib: ['lib.es2023.d.ts'] },
    ...{ types: ['node'], typeRoots: [join(folder, 'node_modules/@types')], ...options },
  })
  const checked = program
    .getSourceFiles()
    .filter(({ fileName }) => paths.includes(fileName) || fileName.includes('/@certbound/'))
  const found = [
    ...[...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()],
    ...checked.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]),
  ]
  return found.map(({ file, messageText }) => {
    const name = file === undefined ? 'options' : relative(user, file.fileName)
    return `${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}
