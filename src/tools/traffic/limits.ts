/** As many groups as a table can have rows: for what is merged or sorted here. */
export const ALL_GROUPS = 2_000_000;
