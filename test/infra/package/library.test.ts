import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildLibrary } from '../../../infra/package/build-library.ts'

const root = join(import.meta.dirname, '../../..')

/** A folder with a project of somebody else in it, who has installed the package. */
let project: string
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certbound-library-'))
  project = join(folder, 'project')
  await install(folder)
}, 120_000)
afterAll(() => rmSync(dirname(project), { recursive: true }))

/** As `npm pack` and `npm install` do it, without a registry: dependencies are those of this project. */
async function install(folder: string): Promise<void> {
  const packing = join(folder, 'packing')
  mkdirSync(packing)
  for (const file of ['package.json', 'README.md', 'LICENSE']) cpSync(join(root, file), join(packing, file))
  await buildLibrary(join(packing, 'dist/resource-server'))
  execFileSync('npm', ['pack', '--silent'], { cwd: packing, stdio: 'pipe' })
  const [archive] = readdirSync(packing).filter((name) => name.endsWith('.tgz'))
  execFileSync('tar', ['-xzf', join(packing, archive ?? ''), '-C', folder])

  const modules = join(project, 'node_modules')
  mkdirSync(modules, { recursive: true })
  cpSync(join(folder, 'package'), join(modules, 'certbound'), { recursive: true })
  for (const name of ['jose', 'express', 'fastify', 'hono', '@types']) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  writeFileSync(join(project, 'package.json'), '{"type":"module"}')
}

function runModule(name: string, text: string): string {
  writeFileSync(join(project, name), text)
  return execFileSync(process.execPath, [name], { cwd: project, env: {} }).toString()
}

test('holds the library and nothing else', () => {
  const folder = join(project, 'node_modules/certbound')
  expect(readdirSync(folder).toSorted()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json'])
  expect(readdirSync(join(folder, 'dist'))).toEqual(['resource-server'])
  const code = readdirSync(join(folder, 'dist/resource-server'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(folder, 'dist/resource-server', name), 'utf8'))
    .join('\n')
  const imported = [...code.matchAll(/(?:from |import\()"([^".][^"]*)"/g)].map(([, name]) => name)
  expect(imported.filter((name) => !name?.startsWith('node:'))).toEqual(['jose', 'jose'])
})

test('decides in plain JavaScript, and its parts are of one piece', () => {
  const output = runModule(
    'decide.mjs',
    `import { generateKeyPairSync, hash, sign } from 'node:crypto'
     import { protectedResource } from 'certbound/resource-server'
     import { requireToken, tokenOf } from 'certbound/resource-server/express'
     import { tokenOf as onFastify } from 'certbound/resource-server/fastify'
     for (const name of ['node', 'hono', 'api-gateway']) {
       const { requireToken } = await import('certbound/resource-server/' + name)
       if (typeof requireToken !== 'function') throw new Error(name)
     }
     const { privateKey: key, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
     const [issuer, audience] = ['https://as.example.com', 'https://rs.example.com']
     const jwks = { keys: [publicKey.export({ format: 'jwk' })] }
     const resource = protectedResource({ issuer, audience, jwks, unboundTokens: 'allowed' })
     const now = Math.floor(Date.now() / 1000)
     const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
     const claims = { iss: issuer, aud: audience, sub: 's', client_id: 'c', jti: 'j', iat: now, exp: now + 60 }
     const input = part({ alg: 'ES256', typ: 'at+jwt' }) + '.' + part(claims)
     const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
     const request = (token) => ({ rawHeaders: ['Authorization', 'Bearer ' + token], socket: {} })
     const good = request(input + '.' + signature.toString('base64url'))
     const answer = { writeHead: (...head) => console.log(...head), end: (body) => console.log(body) }
     await requireToken(resource)(good, answer, () => console.log(tokenOf(good).subject, onFastify(good).clientId))
     await requireToken(resource)(request('x'), answer, () => console.log('passed'))
    `,
  )
  expect(output).toMatch(
    /^s c\n401 \{[^}]*'www-authenticate': 'Bearer error="invalid_token"'\s*\}\n\{"error":"invalid_token"\}\n$/,
  )
})

test('is not to be reached past what it exports', () => {
  const script = `import('certbound/dist/resource-server/passed.js').catch(({ code }) => console.log(code))`
  expect(runModule('past.mjs', script)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n')
})

describe('the modules of docs/resource-servers.md', () => {
  const text = readFileSync(join(root, 'docs/resource-servers.md'), 'utf8')
  const modules = [...text.matchAll(/^```js\n\/\/ ([\w-]+\.mjs)\n(.*?)^```$/gms)].map(
    ([, name = '', code = '']) => ({ name, code }),
  )

  test('are all of its code, one for each adapter', () => {
    expect(modules).toHaveLength(text.split('```js').length - 1)
    const all = modules.map(({ code }) => code).join('')
    for (const path of Object.keys(exported())) {
      expect(all).toContain(`'certbound${path.slice(1)}'`)
    }
  })

  test('agree with the types of the package, and those with themselves', () => {
    for (const { name, code } of modules) writeFileSync(join(project, name), code)
    const names = modules.map(({ name }) => name)
    expect(
      complaintsOf(names, ['--allowJs', '--checkJs', '--noImplicitAny', 'false', '--skipLibCheck']),
    ).toBe('')
    const [first] = modules
    writeFileSync(join(project, 'wrong.mjs'), first?.code.replace('issuer:', 'issuers:') ?? '')
    expect(complaintsOf(['wrong.mjs'], ['--allowJs', '--checkJs', '--skipLibCheck'])).toContain('issuers')
    const imports = Object.keys(exported()).map((path) => `import 'certbound${path.slice(1)}'`)
    writeFileSync(join(project, 'types.mts'), imports.join('\n'))
    expect(complaintsOf(['types.mts'], [])).toBe('')
  }, 120_000)
})

function exported(): object {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: object }).exports
}

/** What the compiler of somebody else says. */
function complaintsOf(files: readonly string[], more: readonly string[]): string {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
  try {
    execFileSync(process.execPath, [tsc, ...options, ...more, ...files], { cwd: project, stdio: 'pipe' })
    return ''
  } catch (error) {
    return String((error as { stdout?: Buffer }).stdout)
  }
}
