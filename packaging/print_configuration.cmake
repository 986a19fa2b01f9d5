# cmake -DPROGRAM=SAMBANDD -DFILE=OUT -P: the configuration as the packages install it, in the program's own words.
execute_process(COMMAND ${PROGRAM} init --print-config OUTPUT_FILE ${FILE} COMMAND_ERROR_IS_FATAL ANY)
