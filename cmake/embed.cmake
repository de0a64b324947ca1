# Embeds the pattern files into the program: bouncelog_embed(OUT.c FOLDER FILES...).
# The generated file defines embedded_files[], sorted as given, ended by a NULL name: trees, or texts where the machine that builds
# runs no programs for the other one.
function(bouncelog_embed out folder)
  set(inputs ${ARGN})
  list(TRANSFORM inputs PREPEND ${folder}/)
  if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    string(REPLACE ";" "|" names "${ARGN}")
    add_custom_command(OUTPUT ${out}
      COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFOLDER=${folder} "-DNAMES=${names}"
              -P ${CMAKE_SOURCE_DIR}/cmake/embed-script.cmake
      DEPENDS ${inputs} ${CMAKE_SOURCE_DIR}/cmake/embed-script.cmake VERBATIM)
    return()
  endif()
  add_executable(embed-trees ${CMAKE_SOURCE_DIR}/cmake/embed-trees.c)
  target_link_libraries(embed-trees PRIVATE PkgConfig::YAML)
  add_custom_command(OUTPUT ${out} COMMAND embed-trees ${out} ${folder} ${ARGN}
    DEPENDS embed-trees ${inputs} VERBATIM)
endfunction()

# Embeds a style sheet: bouncelog_embed_style(OUT.c SHEET.css).
function(bouncelog_embed_style out sheet)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DIN=${sheet} -P ${CMAKE_SOURCE_DIR}/cmake/embed-style.cmake
    DEPENDS ${sheet} ${CMAKE_SOURCE_DIR}/cmake/embed-style.cmake VERBATIM)
endfunction()
