// Many random sequences on a conversation, compared with the model.
import { testSequences } from './sequences.ts'

testSequences(60)
