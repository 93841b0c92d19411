// Some random sequences on a conversation, compared with the model; model.long.test.ts has more.
import { testSequences } from './sequences.ts'

testSequences(3)
