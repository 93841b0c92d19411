// Values that several walks send: the same in every run, so the recordings show them unchanged.

/** The id of nothing. */
export const unknown_id = '0190b000-0000-7000-8000-ffffffffffff'
export const password = 'correct horse battery'
