int csqlitefile_placeholder(void){return 0;}
