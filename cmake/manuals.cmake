# Manual pages, completions and the first configuration file, made of the program's tables of commands
# and options (scripts/manuals). Which commands there are only the program knows: so they are a folder here.
find_package(Python3 3.7 COMPONENTS Interpreter)
set(bouncelog_manuals OFF)
if(Python3_FOUND AND NOT CMAKE_CROSSCOMPILING)
  set(bouncelog_manuals ON)
endif()
if(NOT bouncelog_manuals)
  message(STATUS "No manuals and completions: they need python3, and a program that runs here")
endif()

function(bouncelog_add_manuals folder)
  file(GLOB inputs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/scripts/manual/*.py
       ${CMAKE_SOURCE_DIR}/docs/man/*.md ${CMAKE_SOURCE_DIR}/docs/schemas/*.json)
  add_custom_command(OUTPUT ${folder}/made
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${folder}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/manuals $<TARGET_FILE:bouncelog> ${folder} ${BOUNCELOG_DATE}
    COMMAND ${CMAKE_COMMAND} -E touch ${folder}/made
    DEPENDS bouncelog ${inputs} ${CMAKE_SOURCE_DIR}/scripts/manuals ${CMAKE_SOURCE_DIR}/docs/PATTERNS.md
            ${CMAKE_SOURCE_DIR}/docs/POLICY.md ${CMAKE_SOURCE_DIR}/patterns/policy.yaml
    VERBATIM)
  add_custom_target(manuals ALL DEPENDS ${folder}/made)
endfunction()
