int csqlitefile_placeholder(void);
