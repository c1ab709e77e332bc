import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { Complaint } from '../command.ts'
import { listen } from '../connections/listen.ts'

/** Systems give ports above these to connections and to servers that request any (IANA: 49152 and above, Linux: 32768 and above). */
const [FIRST, END] = [20_000, 32_768]

/** A free port for a program that starts later and cannot choose one by itself. No connection takes it before that. */
export async function freePort(): Promise<number> {
  try {
    const { port, close } = await listen(createServer(), randomInt(FIRST, END))
    await close()
    return port
  } catch (error) {
    if (error instanceof Complaint) return freePort()
    throw error
  }
}
