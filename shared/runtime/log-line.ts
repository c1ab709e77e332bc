/**
 * One line of JSON with its line end, as `pino` writes it. It never throws: a value that JSON does not have is written as far as possible.
 *
 * @param time in milliseconds since the epoch
 */
export function logLine(level: string, time: number, members: object): string {
  const written = Object.keys(members).map((name) => {
    const value = textOf(members, name)
    return value === undefined ? '' : `,${JSON.stringify(name)}:${value}`
  })
  return `{"level":"${level}","time":${String(time)}${written.join('')}}\n`
}

/** @returns JSON, or `undefined` for a value that JSON leaves out */
function textOf(members: object, name: string): string | undefined {
  try {
    return jsonOf(Reflect.get(members, name))
  } catch (error) {
    // A getter or a `toJSON` has thrown.
    return JSON.stringify(`[unable to serialize: ${typeof error}]`)
  }
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (error) {
    // It has a BigInt, or an object inside itself.
    if (error instanceof TypeError) return JSON.stringify(value, withoutCycles())
    throw error
  }
}

/** `JSON.rawJSON` of Node 22, which the library of TypeScript does not declare. */
const RAW = JSON as unknown as { readonly rawJSON: (text: string) => unknown }

/** Replaces an object inside itself by a text, and writes a BigInt as a number. */
function withoutCycles(): (this: unknown, name: string, value: unknown) => unknown {
  const around: unknown[] = []
  return function (_name, value) {
    if (typeof value === 'bigint') return RAW.rawJSON(String(value))
    if (typeof value !== 'object' || value === null) return value
    // `this` has the value as a member. The objects that were entered after it have been left.
    around.splice(around.lastIndexOf(this) + 1)
    if (around.includes(value)) return '[Circular]'
    around.push(value)
    return value
  }
}
