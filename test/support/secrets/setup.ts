import { afterAll, afterEach } from 'vitest'
import '../resolve-once.ts'
import { watch } from './taps.ts'

// Vitest runs this for every test file.
watch.restart()
afterEach(() => watch.refuseLeaks())
afterAll(() => watch.refuseLeaks())
