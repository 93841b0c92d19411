// The memory that V8 has for new objects. It doubles while most of them stay, which is so while code is loaded, up to 64 MB that an idle
// process then keeps. Under load the same growth saves processor time.
import { setFlagsFromString } from 'node:v8'

export function keepNewObjectsSmall() {
  setFlagsFromString('--semi-space-growth-factor=1')
}

export function letNewObjectsGrow() {
  setFlagsFromString('--semi-space-growth-factor=2')
}
