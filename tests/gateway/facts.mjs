export async function facts() { return []; }
