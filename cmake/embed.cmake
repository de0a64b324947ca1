# Embeds the pattern files into the program: bouncelog_embed(OUT.c FOLDER FILES...).
# The generated file defines embedded_files[], sorted as given, ended by a NULL name.
function(bouncelog_embed out folder)
  set(inputs ${ARGN})
  list(TRANSFORM inputs PREPEND ${folder}/)
  string(REPLACE ";" "|" names "${ARGN}")
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFOLDER=${folder} "-DNAMES=${names}"
            -P ${CMAKE_SOURCE_DIR}/cmake/embed-script.cmake
    DEPENDS ${inputs} ${CMAKE_SOURCE_DIR}/cmake/embed-script.cmake VERBATIM)
endfunction()

# Embeds a style sheet: bouncelog_embed_style(OUT.c SHEET.css).
function(bouncelog_embed_style out sheet)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DIN=${sheet} -P ${CMAKE_SOURCE_DIR}/cmake/embed-style.cmake
    DEPENDS ${sheet} ${CMAKE_SOURCE_DIR}/cmake/embed-style.cmake VERBATIM)
endfunction()
