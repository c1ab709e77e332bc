/** Waits. `node:timers/promises` would be one more module of Node at each cold start. */
export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
