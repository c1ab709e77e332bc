import { createHash } from 'node:crypto'
import { isJsonObject, parseJson } from '../../../shared/json.ts'
import type { Markup } from '../../markup.ts'
import type { Answer, ConsoleRequest, Crumb, Need, Page, Route } from '../page.ts'
import { ApiProblem, type ApiAnswer, type ApiPath, type Members } from '../web-api.ts'
import { CERTIFICATE_SCRIPT } from '../certificate-field.ts'
import { type Field, FIELDS, type Kind } from './fields.ts'
import { type FormView, type Notes, settingsForm } from './form.ts'
import { digestOf, type ReviewedCall, sideBySide } from './review.ts'
import { applied, type Change, changesOf, readValue, valueIn } from './values.ts'

/** A record of the Web API as it was read, and its version. */
export interface Read {
  readonly record: Members
  /** The value for `If-Match`. It is absent if the deployment sends none. */
  readonly etag: string | undefined
}

/** How the record of a settings page is read and written. */
export interface Source {
  readonly kind: Kind
  readonly needs: Need
  readonly read: (request: ConsoleRequest) => Promise<Read> | Read
  /** The path of the update below the service. */
  readonly updatePath: (request: ConsoleRequest) => ApiPath
  readonly crumbs: (request: ConsoleRequest, read: Read) => readonly Crumb[]
}

export interface SettingsPage {
  readonly title: string
  /** The path, with the parameters of the source. */
  readonly path: string
  /** The titles of sections, and the settings in each. Those without effect are shown in a closed section at the end. */
  readonly sections: Readonly<Record<string, readonly string[]>>
  /** The part of the form above its sections. It may depend on the values of the form. */
  readonly above?: (
    request: ConsoleRequest,
    read: Read,
    values: FormView['values'],
  ) => Promise<Markup | undefined> | Markup | undefined
  /** Changes the values according to the query of the address or to other fields of the form. */
  readonly edit?: (request: ConsoleRequest, values: Map<string, unknown>) => void | Promise<void>
  /** The harm that changes would do to clients. It is shown before anything is saved. */
  readonly harm?: (
    request: ConsoleRequest,
    read: Read,
    values: FormView['values'],
  ) => Promise<Markup | undefined>
  readonly notes?: (request: ConsoleRequest, read: Read) => Notes
  /** The meaningful values of settings whose type is any text. */
  readonly choices?: (read: Read) => FormView['choices']
  readonly inherited?: (request: ConsoleRequest) => Readonly<Record<string, string>>
}

type Sections = SettingsPage['sections']

/** Sorts fields by their labels. */
export function sortedByLabel(fields: readonly Field[]): readonly Field[] {
  return fields.toSorted((one, other) => one.label.localeCompare(other.label, 'en'))
}

/** The settings of several pages. */
export function namesIn(pages: Readonly<Record<string, Sections>>): string[] {
  return Object.values(pages).flatMap((sections) => Object.values(sections).flat())
}

/** The two routes of a settings page. The second reviews and saves changes. */
export function settingsRoutes(page: SettingsPage, source: Source): Route[] {
  const { path } = page
  const { needs } = source
  return [
    { method: 'GET', path, needs, handle: (request) => show(page, source, request) },
    { method: 'POST', path, needs, handle: (request) => change(page, source, request) },
  ]
}

async function show(page: SettingsPage, source: Source, request: ConsoleRequest): Promise<Answer> {
  const read = await source.read(request)
  const fields = fieldsOf(page, source.kind)
  const values = new Map(fields.map((field) => [field.path, valueIn(read.record, field)]))
  await page.edit?.(request, values)
  const isChanged = changesOf(fields, read.record, values).length > 0
  const harm = isChanged ? await page.harm?.(request, read, values) : undefined
  return rendered(page, source, request, read, { values, harm })
}

/** Reviews or saves a form. No input is lost in any case. */
async function change(page: SettingsPage, source: Source, request: ConsoleRequest): Promise<Answer> {
  const { form } = request
  const [here = ''] = request.here.split('?')
  const fields = fieldsOf(page, source.kind)
  const read = await source.read(request)
  const values = new Map<string, unknown>()
  for (const field of fields) values.set(field.path, await readValue(field, form))
  await page.edit?.(request, values)
  const wrong = [...values].filter((entry): entry is [string, Error] => entry[1] instanceof Error)
  const base = parseJson(form.get('base') ?? '')
  if (!isJsonObject(base)) return { location: here, notice: 'The form was incomplete. Nothing was saved.' }
  const sent = { values, base, version: form.get('version') }
  if (wrong.length > 0) {
    for (const [path] of wrong) values.set(path, form.get(path) ?? '')
    const errors = new Map(wrong.map(([path, { message }]) => [path, message]))
    return rendered(page, source, request, read, { ...sent, errors })
  }
  // The form was not accepted.
  const [step, focus] = (form.get('step') ?? '').split(' ')
  if (!form.has('step')) return rendered(page, source, request, read, sent)
  const changes = changesOf(fields, base, values)
  if (changes.length === 0 && step !== 'read')
    return { location: here, notice: 'There were no changes to save.' }
  const harm = await page.harm?.(request, read, values)
  const isWarned = harm === undefined || form.get('warned') === digestOf(changes)
  if (step === 'read' || !isWarned) return rendered(page, source, request, read, { ...sent, focus, harm })
  if (sent.version !== versionOf(read)) return stale(page, source, request, read, base, changes)
  const call = callOf(source, request, read, changes)
  const isShown = form.get('reviewed') ?? digestOf(changes)
  if (step !== 'save' || isShown !== digestOf(changes))
    return rendered(page, source, request, read, { ...sent, review: { call, isStale: false } })
  const answer = await request.api.post(source.updatePath(request), call.body, read.etag)
  if (answer.status === 412) return stale(page, source, request, await again(source, request), base, changes)
  if (answer.status < 300) return { location: here, notice: savedNotice(changes) }
  if (answer.status !== 400) throw new ApiProblem(answer)
  return rendered(page, source, request, read, { ...sent, ...errorsIn(answer, fields) })
}

/** Reads the record again after a lost race. A request already contains the service, which is out of date then. */
async function again(source: Source, request: ConsoleRequest): Promise<Read> {
  if (source.kind === 'client') return source.read(request)
  const answer = await request.api.get('/service/get')
  if (answer.status >= 300) throw new ApiProblem(answer)
  return { record: answer.json, etag: answer.etag }
}

function savedNotice(changes: readonly Change[]): string {
  const names = changes.map(({ field }) => field.path).join(', ')
  return `Saved: ${names}. Every process applies the change within registryCacheSeconds of the deployment (10 by default).`
}

function callOf(
  source: Source,
  request: ConsoleRequest,
  { record, etag }: Read,
  changes: readonly Change[],
): ReviewedCall {
  const root = `${request.baseUrl}/api/${request.params['serviceId'] ?? ''}`
  const body = applied(record, changes)
  return { url: root + source.updatePath(request), etag, body }
}

function stale(
  page: SettingsPage,
  source: Source,
  request: ConsoleRequest,
  current: Read,
  base: Members,
  changes: readonly Change[],
): Promise<Page> {
  const fields = fieldsOf(page, source.kind)
  const changed = new Map(changes.map(({ field, to }) => [field.path, to]))
  const valueOf = (field: Field) =>
    changed.has(field.path) ? changed.get(field.path) : valueIn(current.record, field)
  const values = new Map(fields.map((field) => [field.path, valueOf(field)]))
  const onTop = changesOf(fields, current.record, values)
  const review = { call: callOf(source, request, current, onTop), isStale: true }
  const above = sideBySide(fields, base, current.record, changes)
  return rendered(page, source, request, current, { values, review, above, status: 409 })
}

/** A version of a record. If the deployment sends none, the digest of the content is used. */
export function versionOf({ record, etag }: Read): string {
  return etag ?? createHash('sha256').update(JSON.stringify(record)).digest('base64url')
}

/** Assigns a message to the settings of the page that it names in quotes or before an index. */
function errorsIn({ json }: ApiAnswer, fields: readonly Field[]): Pick<FormView, 'errors' | 'problem'> {
  const message =
    typeof json['resultMessage'] === 'string' ? json['resultMessage'] : 'The Web API refused the change.'
  const names = [...message.matchAll(/'([A-Za-z0-9.]+)'|\(([A-Za-z0-9]+)\[/g)].map(
    ([, one, two]) => one ?? two,
  )
  const named = fields.filter(({ path }) =>
    names.some((name) => path === name || path.endsWith(`.${name ?? ''}`)),
  )
  const errors = new Map(named.map(({ path }) => [path, message]))
  return { errors, problem: errors.size === 0 ? message : undefined }
}

function fieldsOf({ sections }: SettingsPage, kind: Kind): Field[] {
  return Object.values(sections)
    .flat()
    .flatMap((path) => FIELDS[kind].get(path) ?? [])
}

interface Rendering extends Partial<Pick<FormView, 'errors' | 'problem' | 'review' | 'harm' | 'focus'>> {
  readonly values: FormView['values']
  readonly base?: Members
  readonly version?: string | null
  readonly above?: Markup
  readonly status?: number
}

async function rendered(
  page: SettingsPage,
  source: Source,
  request: ConsoleRequest,
  read: Read,
  { values, errors = new Map(), problem, review, harm, focus, status, ...rest }: Rendering,
): Promise<Page> {
  const fields = fieldsOf(page, source.kind)
  const base = rest.base ?? baseOf(fields, read.record)
  const pick = (paths: readonly string[]) =>
    fields.filter(({ path, hasEffect }) => hasEffect && paths.includes(path))
  const sections = Object.entries(page.sections).map(([title, paths]) => ({ title, fields: pick(paths) }))
  const view: FormView = {
    kind: source.kind,
    sections: sections.filter((section) => section.fields.length > 0),
    withoutEffect: fields.filter(({ hasEffect }) => !hasEffect),
    values,
    errors,
    problem,
    pending: changesOf(fields, base, values),
    ...{ review, harm, focus, now: request.now },
    version: rest.version ?? versionOf(read),
    base: JSON.stringify(base),
    above: rest.above ?? (await page.above?.(request, read, values)),
    notes: page.notes?.(request, read) ?? {},
    choices: page.choices?.(read) ?? {},
    inherited: page.inherited?.(request) ?? {},
  }
  const main = settingsForm(view, request)
  const crumbs = source.crumbs(request, read)
  const isWrong = errors.size > 0 || problem !== undefined
  return {
    title: page.title,
    main,
    crumbs,
    scripts: ['settings.js', CERTIFICATE_SCRIPT],
    status: status ?? (isWrong ? 400 : 200),
  }
}

/** The members of the record that the page shows, unchanged. */
function baseOf(fields: readonly Field[], record: Members): Members {
  const names = new Set(fields.map(({ path }) => path.split('.')[0] ?? ''))
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)))
}
