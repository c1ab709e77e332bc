import { isJsonObject, type JsonObject, parseJson } from '../../shared/json.ts'
import { Complaint, Complaints } from '../command.ts'

/** Authlete's answers about services and clients. */
export interface Exported {
  readonly services: readonly JsonObject[]
  readonly clients: readonly JsonObject[]
}

const FORM =
  'it must be a JSON list of answers of service/get/list and client/get/list (docs/differences.md, Move from Authlete)'

/**
 * Reads answers of `service/get/list` and `client/get/list`: one, or a list of them. Each page of a list may be a separate answer.
 *
 * @throws Complaint if the text has another form, if a page is missing, or if an ID is a duplicate
 */
export function parseExport(text: string): Exported {
  const parsed = parseJson(text)
  const answers = [parsed].flat().map((answer) => {
    if (isJsonObject(answer) && (Array.isArray(answer['services']) || Array.isArray(answer['clients'])))
      return answer
    throw new Complaint(FORM)
  })
  const wrong = new Complaints()
  const services = listIn(answers, 'services', 'apiKey', wrong)
  const clients = listIn(answers, 'clients', 'clientId', wrong)
  if (!wrong.isEmpty) throw wrong.all()
  return { services, clients }
}

/** @param id the member that identifies the objects */
function listIn(answers: readonly JsonObject[], name: string, id: string, wrong: Complaints): JsonObject[] {
  const pages = answers.filter((answer) => Array.isArray(answer[name]))
  const objects = pages.flatMap((answer) => answer[name] as unknown[])
  if (!objects.every(isJsonObject)) throw new Complaint(FORM)
  // Each list of clients belongs to one service. In an answer without clients nothing can be missing.
  const totals = new Map<unknown, number>()
  for (const page of pages) {
    const [first] = page[name] as readonly JsonObject[]
    totals.set(first?.['serviceNumber'], Number(page['totalCount'] ?? 0))
  }
  const expected = [...totals.values()].reduce((sum, total) => sum + total, 0)
  if (objects.length < expected) {
    const range = `start=0&end=${expected}`
    wrong.add(`only ${objects.length} of ${expected} ${name} are present: request all of them with ${range}`)
  }
  const numbers = objects.map((object) => object[id])
  for (const number of numbers) {
    if (typeof number !== 'number') wrong.add(`one of the ${name} has no numeric ${id}`)
    else if (numbers.indexOf(number) !== numbers.lastIndexOf(number))
      wrong.add(`${id} ${number} is a duplicate`)
  }
  for (const { [id]: number, serviceNumber } of objects)
    if (serviceNumber !== undefined && typeof serviceNumber !== 'number')
      wrong.add(`${id} ${JSON.stringify(number)}: serviceNumber must be a number`)
  return objects
}
