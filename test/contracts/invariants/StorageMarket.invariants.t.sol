// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HostileHandler} from "./HostileHandler.t.sol";
import {MarketInvariants} from "../support/MarketInvariants.sol";
import {TestMarket} from "../support/TestMarket.sol";
import {ValidHandler} from "./ValidHandler.t.sol";

/// @notice After anything that the parties may do.
contract ValidHistories is MarketInvariants {
    function setUp() public {
        _watch(new ValidHandler(TestMarket.deploy()));
    }

    /// @notice Each of the others after each act of the same history, in CI of long ones.
    /// hardhat-config: ci.invariant.runs = 256
    /// hardhat-config: ci.invariant.depth = 500
    function invariant_AllAtOnce() public view {
        _checkAll();
    }
}

/// @notice After anything that anybody tries.
contract HostileHistories is MarketInvariants {
    function setUp() public {
        _watch(new HostileHandler(TestMarket.deploy()));
    }

    /// @notice Each of the others after each act of the same history, in CI of long ones.
    /// hardhat-config: ci.invariant.runs = 256
    /// hardhat-config: ci.invariant.depth = 500
    function invariant_AllAtOnce() public view {
        _checkAll();
    }
}
