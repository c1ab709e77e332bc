import { createServer } from 'node:http'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { listen } from '../../../infra/connections/listen.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { authority, pemOf } from '../../support/certificate-chain.ts'
import { type BuiltList, builtList } from '../../support/certificate-list.ts'
import { readProjectFile } from '../../support/comments.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { SERVICE, test as base } from './provisioning/provisioning.ts'

const dateAt = (offset: number) => new Date(Date.now() + offset * 1000).toISOString().slice(0, 19) + 'Z'

/** A CA that publishes lists, and a deployment whose settings have it as the source `clients`. */
const test = base.extend('source', async ({ provisioning }) => {
  const [ca, second] = [await authority('Lists CA'), await authority('Lists CA')]
  const published: { list?: Buffer } = {}
  const { port, close } = await listen(
    createServer((_, response) => {
      response.statusCode = published.list === undefined ? 404 : 200
      response.end(published.list)
    }),
  )
  onTestFinished(close)
  const file = join(await temporaryFolder(), 'lists-ca.pem')
  writeFileSync(file, pemOf(ca))
  const address = `http://127.0.0.1:${port}/ca.crl`
  const configure = (sources: readonly object[]) =>
    provisioning.configure('  "alarms": {', `  "crl": ${JSON.stringify({ sources })},\n  "alarms": {`)
  const own = { name: 'clients', issuer: [file], address }
  configure([own])
  await provisioning.deployTables()
  const publish = (number: number, more: BuiltList = {}) => {
    const dates = { thisUpdate: dateAt(number - 100), nextUpdate: dateAt(3600) }
    published.list = builtList(ca, { number, ...dates, ...more })
  }
  return { own, configure, publish, replaceKey: () => writeFileSync(file, pemOf(second)) }
})

test('provision stores the sources of the settings, and crl reads their lists', async ({
  provisioning,
  source,
}) => {
  const listLines = async (...more: string[]) => {
    const { code, stdout, stderr } = await provisioning.provision(...more)
    expect([code, stderr]).toEqual([0, ''])
    return stdout.split('\n').filter((line) => line.includes('certificate lists'))
  }
  expect(await listLines()).toEqual(['  certificate lists clients: create'])
  expect(await listLines()).toEqual(['  certificate lists clients: exists, no change'])

  const missing = await provisioning.run(['crl'])
  expect([missing.code, missing.stdout]).toEqual([
    1,
    `clients: no list was read yet\nclients: ${source.own.address}: the address answers with the status 404\n`,
  ])
  source.publish(7, { entries: [{ serial: '01' }] })
  const read = await provisioning.run(['crl', 'clients'])
  expect(read.code).toBe(0)
  expect(read.stdout).toMatch(/^clients: the list, number 7, 1 certificates, 0 hours old, until \S+Z\n$/)
  expect(await listLines()).toEqual(['  certificate lists clients: exists, no change'])

  source.replaceKey()
  const before = Math.floor(Date.now() / 1000)
  expect(await listLines()).toEqual(['  certificate lists clients: change'])
  const { sources } = provisioning.runtime.store.lists
  const [stored] = await sources.findCurrent()
  // The list was signed by a key that the source no longer has.
  expect(stored).toMatchObject({ lists: [{ number: '7', nextUpdate: 0 }] })
  // A process may have its record of the sources in memory for ten seconds.
  expect(stored?.knownFrom).toBeGreaterThanOrEqual(before + 70)
  expect(stored?.isCompared).toBeUndefined()
  // The list has not changed, but its key is not one of the issuer any more.
  const removed = (await provisioning.run(['crl'])).stdout
  expect(removed).toContain('0 hours old, late because its key was removed from the source')
  expect(removed).toContain('the list is signed by another key')

  provisioning.configure()
  expect(await listLines()).toEqual([
    '  certificate lists clients: remove; certificates that they have revoked stay revoked',
  ])
  expect(await sources.findCurrent()).toEqual([])
})

test('crl --accept-older accepts an older list of one source in one run, which the audit log records', async ({
  provisioning,
  source,
}) => {
  source.configure([source.own, { ...source.own, name: 'others' }])
  await provisioning.provision()
  source.publish(9)
  await provisioning.run(['crl'])
  source.publish(5)
  const older = await provisioning.run(['crl'])
  expect([older.code, older.stdout]).toEqual([
    1,
    expect.stringContaining('the list is older than the one before'),
  ])
  const { sources } = provisioning.runtime.store.lists
  const busy = { id: 'another', until: addSeconds(provisioning.runtime.now(), 300), pending: [] }
  await sources.changeSource('clients', (current) => ({ ...current, run: busy }))
  expect((await provisioning.run(['crl', '--accept-older', 'clients'])).stderr).toContain('another run')
  await sources.changeSource('clients', ({ run: _, ...current }) => current)
  expect((await provisioning.run(['crl', 'clients'])).stdout).toContain('the list is older')

  const accepted = await provisioning.run(['crl', '--accept-older', 'clients', 'others'])
  expect([accepted.code, accepted.stdout.match(/.*number.*|.*is older/g)]).toEqual([
    1,
    [
      expect.stringMatching(/^others: the list, number 9,/),
      expect.stringMatching(/^others: .* the list is older/),
      expect.stringMatching(/^clients: the list, number 5,/),
    ],
  ])
  source.publish(4)
  expect((await provisioning.run(['crl'])).code).toBe(1)
  const { stdout } = await provisioning.run(['audit-log', '--deployment', '--json'])
  expect(stdout).toContain('"operation":"crl --accept-older clients"')
})

test('crl names the sources if it does not know one, and a CA with two names is refused', async ({
  provisioning,
  source,
}) => {
  const none = await provisioning.run(['crl'])
  expect([none.code, none.stderr]).toEqual([
    1,
    'crl: there is no source: add it to crl.sources, and run npm run provision\n',
  ])
  await provisioning.provision()
  const unknown = await provisioning.run(['crl', 'others'])
  expect([unknown.code, unknown.stderr]).toEqual([1, 'crl: there is no source others: there are clients\n'])
  source.configure([{ ...source.own, issuer: [...source.own.issuer, 'clients-ca.pem'] }])
  const mixed = await provisioning.provision()
  expect([mixed.code, mixed.stderr]).toEqual([
    1,
    expect.stringContaining('crl.sources clients: issuer has certificates of two CAs'),
  ])
})

test('crl --local needs a running npm start, and reads nothing else', async ({ provisioning }) => {
  const directory = await temporaryFolder()
  const local = ['crl', '--local', 'ca.crl', '--directory', directory]
  const missing = await provisioning.run(local)
  expect([missing.code, missing.stderr]).toEqual([
    1,
    `crl: ${join(directory, 'local.json')} cannot be read: npm start creates it and must be running\n`,
  ])
  const both = await provisioning.run([...local, 'clients'])
  expect([both.code, both.stderr]).toEqual([
    1,
    'crl: --local reads one file: leave out SOURCE and --accept-older\n',
  ])
})

test('a deployment with a service that does not note certificates gets no source', async ({
  provisioning,
  source,
}) => {
  provisioning.configure()
  await provisioning.provision()
  await provisioning.registry.changeService(SERVICE, (service) => ({
    ...service,
    certificateInventory: false,
  }))
  source.configure([source.own])
  const refused = await provisioning.provision()
  expect([refused.code, refused.stderr]).toEqual([
    1,
    `provision: crl.sources: certificateInventory of the service ${SERVICE} must be on\n`,
  ])
})

test('after a restore the next run compares all certificates in use with the lists, which restore names', async ({
  provisioning,
  source,
}) => {
  await provisioning.provision()
  source.publish(7)
  const { sources } = provisioning.runtime.store.lists
  await sources.changeSource('clients', (current) => ({ ...current, knownFrom: provisioning.runtime.now() }))
  await provisioning.run(['crl'])
  const stored = async () => (await sources.findCurrent())[0]
  expect((await stored())?.isCompared).toBe(true)
  const { stdout } = await provisioning.run(['restore', '--yes'])
  expect(stdout).toContain(
    'certificate lists clients: as in the backup. After npm run deploy with this table, run npm run crl before the functions start\n',
  )
  expect((await stored())?.isCompared).toBeUndefined()
  const [, chapter = ''] = readProjectFile('docs/operations.md').split('These steps restore the registry')
  const commands = [
    'npm run restore',
    'npm run deploy',
    'npm run crl',
    'delete-function-concurrency',
    'npm run doctor',
  ]
  const places = commands.map((line) => chapter.search(new RegExp(`^ {3}(.* )?${line}( |$)`, 'm')))
  expect(places).toEqual(places.filter((place) => place > 0).toSorted((a, b) => a - b))
  expect((await provisioning.run(['crl'])).code).toBe(0)
  expect((await stored())?.isCompared).toBe(true)
})
