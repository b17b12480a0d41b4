/** Buttons that are no press on a card. Their ids begin unlike any verb. */
export const DECLARE_ACTION = 'countersign_declare'
export const INPUTS_ACTION = 'countersign_inputs'
/** Followed by what makes it one of its kind in a message. */
export const LINK_ACTION = 'countersign_link'
