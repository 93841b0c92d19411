// The room's own services.
export interface WebWidgets {}
