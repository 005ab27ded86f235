/** Imported for its effect: the functions' logger, which is made at its first use, stays silent in this test file. */
process.env.LOG_LEVEL = 'SILENT';
